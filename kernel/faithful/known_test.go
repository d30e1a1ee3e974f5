package faithful

// The reasons for which a program of $GOROOT/test cannot say in a cell what it says as a file.
const (
	ownFile   = "it looks for its own file's name in what the runtime says; in a cell that is the cell's"
	lineWord  = "it asks runtime.Caller for a //line directive's file; lines are those of the cell"
	funcName  = "it prints the name of the running function; main of a cell has another one"
	trace     = "it panics with a stack trace, which has the file's path in it"
	hasTests  = "it declares tests beside main; the kernel runs those by go test"
	process   = "it asks the runtime what an earlier cell has allocated; that was another process"
	addresses = "it keeps an address in a number, which in the next cell's process is none"
	alive     = "it waits for the finalizer of what a local variable held; a variable of a session lives on"
	global    = "it appends a variable to itself; for one of the package, as in a session, the compiler's result is another"
	zeroSizes = "it compares the addresses of variables without a size, which the language leaves open"
)

// differentAsCell are the programs that print where or under what name they run, which as a
// cell is another place.
var differentAsCell = known{
	"devirtualization_nil_panics.go": ownFile,
	"zerosize.go":                    zeroSizes,
	"fixedbugs/issue18149.go":        lineWord,
	"fixedbugs/issue21879.go":        funcName,
	"fixedbugs/issue22083.go":        trace,
	"fixedbugs/issue22662.go":        lineWord,
	"fixedbugs/issue29504.go":        ownFile,
	"fixedbugs/issue56990.go":        hasTests,
	"fixedbugs/issue5856.go":         ownFile,
}

// differentSplit are those whose output is another one when they are several programs.
var differentSplit = known{
	"fixedbugs/issue17039.go":        global,
	"fixedbugs/issue27518b.go":       alive,
	"fixedbugs/issue32477.go":        alive,
	"fixedbugs/issue5856.go":         ownFile,
	"devirtualization_nil_panics.go": ownFile,
	"finprofiled.go":                 process,
	"heapsampling.go":                process,
	"mallocfin.go":                   process,
	"unsafe_slice_data.go":           addresses,
	"fixedbugs/issue14646.go":        ownFile,
	"fixedbugs/issue18149.go":        lineWord,
	"fixedbugs/issue22083.go":        trace,
	"fixedbugs/issue22662.go":        lineWord,
}

// differentAsListing are those that differ even as a file, whose name is the cell's.
var differentAsListing = known{
	"fixedbugs/issue22083.go": trace,
	"fixedbugs/issue56990.go": hasTests,
	"fixedbugs/issue5856.go":  ownFile,
}
