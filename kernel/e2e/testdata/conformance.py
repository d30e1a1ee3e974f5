"""The samples that jupyter_kernel_test runs against the installed kernel."""

import unittest

import jupyter_kernel_test


class Conformance(jupyter_kernel_test.KernelTests):
    kernel_name = "gomri"
    language_name = "go"
    file_extension = ".go"

    code_hello_world = 'fmt.Println("hello, world")'
    code_stderr = 'fmt.Fprintln(os.Stderr, "oops")'
    code_generate_error = 'panic("out of luck")'

    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": "x := []int{1, 2}\nlen(x)", "result": "2"},
        {"code": "strings.ToUpper(\"go\")"},
    ]
    code_history_pattern = "6 ? 7"  # the star of 6 * 7 would be a wildcard
    supported_history_operations = ("tail", "range", "search")

    code_display_data = [
        {"code": "%help", "mime": "text/html"},
        {"code": "%help", "mime": "text/plain"},
    ]

    completion_samples = [
        {"text": "strings.ToUppe", "matches": {"ToUpper", "ToUpperSpecial"}},
        {"text": "fmt.Printl", "matches": {"Println"}},
    ]
    code_inspect_sample = "strings.ToUpper"

    complete_code_samples = [
        "1",
        'fmt.Println("hello")',
        "func f(n int) int { return n }",
        "for i := range 3 {\n\tfmt.Println(i)\n}",
        'import "fmt"',
        "%who",
    ]
    incomplete_code_samples = [
        "func f() {",
        "for i := range 3 {",
        "fmt.Println(",
        "x := `raw",
        "if true {",
        "/* comment",
    ]
    invalid_code_samples = ["x := := 1", "func f() { ) }", '"not closed']


if __name__ == "__main__":
    unittest.main()
