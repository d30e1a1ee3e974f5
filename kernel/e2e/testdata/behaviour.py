"""How the kernel behaves towards jupyter_client where a conformance test does not look."""

import os
import subprocess
import sys
import time
import unittest
from queue import Empty

import psutil
from jupyter_client.manager import KernelManager

TIMEOUT = 60


def start(**traits):
    """Starts a kernel and a client that is ready."""
    km = KernelManager(kernel_name="gomri", **traits)
    km.start_kernel()
    kc = km.client()
    kc.start_channels()
    kc.wait_for_ready(timeout=TIMEOUT)
    return km, kc


def family(pid):
    """A process and all that it has started."""
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


def await_gone(processes, seconds=10):
    """The processes that are still there after a while; a zombie is gone."""
    deadline = time.monotonic() + seconds
    while True:
        alive = []
        for p in processes:
            try:
                if p.is_running() and p.status() != psutil.STATUS_ZOMBIE:
                    alive.append(p)
            except psutil.NoSuchProcess:
                pass
        if not alive or time.monotonic() > deadline:
            return alive
        time.sleep(0.05)


class Kernel(unittest.TestCase):
    traits = {}

    def setUp(self):
        self.km, self.kc = start(**self.traits)

    def tearDown(self):
        self.kc.stop_channels()
        if self.km.has_kernel:
            self.km.shutdown_kernel(now=False)

    def collect(self, msg_id, timeout=TIMEOUT, until=None):
        """The iopub messages of a request until idle, or until one that `until` likes."""
        out = []
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            try:
                msg = self.kc.get_iopub_msg(timeout=1)
            except Empty:
                continue
            if msg["parent_header"].get("msg_id") != msg_id:
                continue
            out.append(msg)
            if until and until(msg):
                return out
            if msg["msg_type"] == "status" and msg["content"]["execution_state"] == "idle":
                return out
        self.fail(f"the request is not over after {timeout} s; got {[m['msg_type'] for m in out]}")

    def reply(self, msg_id, timeout=TIMEOUT):
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            msg = self.kc.get_shell_msg(timeout=timeout)
            if msg["parent_header"].get("msg_id") == msg_id:
                return msg["content"]
        self.fail("no reply")

    def run_cell(self, code, **options):
        """Runs a cell: its reply, its text on stdout, its value."""
        msg_id = self.kc.execute(code, **options)
        reply = self.reply(msg_id)
        text, value = "", None
        for msg in self.collect(msg_id):
            if msg["msg_type"] == "stream" and msg["content"]["name"] == "stdout":
                text += msg["content"]["text"]
            if msg["msg_type"] == "execute_result":
                value = msg["content"]["data"]["text/plain"]
        return reply, text, value

    def ok(self, code):
        reply, text, value = self.run_cell(code)
        self.assertEqual(reply["status"], "ok", reply)
        return text, value

    def started(self, msg):
        return msg["msg_type"] == "stream" and "started" in msg["content"]["text"]


class Behaviour(Kernel):
    def test_interrupt_of_a_loop_keeps_the_state(self):
        self.ok("kept := 41")
        for body in ("for {\n}", "for i := 0; ; i++ {\n\t_ = i\n}", "time.Sleep(time.Hour)"):
            with self.subTest(body=body):
                msg_id = self.kc.execute('fmt.Println("started")\n' + body)
                self.collect(msg_id, until=self.started)
                began = time.monotonic()
                self.km.interrupt_kernel()
                reply = self.reply(msg_id)
                self.assertEqual((reply["status"], reply["ename"]), ("error", "Interrupted"))
                self.assertLess(time.monotonic() - began, 10)
                self.collect(msg_id)
        self.assertEqual(self.ok("kept + 1")[1], "42")

    def test_interrupt_of_a_benchmark_leaves_no_process_of_it(self):
        self.ok("kept := 7")
        before = {p.pid for p in family(self.km.provisioner.pid)}
        msg_id = self.kc.execute(
            'import "testing"\n'
            "func BenchmarkForever(b *testing.B) {\n\tfor {\n\t\ttime.Sleep(time.Second)\n\t}\n}"
        )
        deadline = time.monotonic() + TIMEOUT
        running = []
        while not running and time.monotonic() < deadline:
            running = [p for p in family(self.km.provisioner.pid) if p.pid not in before and "test" in p.name()]
            time.sleep(0.05)
        self.assertTrue(running, "the benchmark does not run")
        self.km.interrupt_kernel()
        self.assertEqual(self.reply(msg_id)["ename"], "Interrupted")
        self.collect(msg_id)
        self.assertEqual(await_gone(running), [])
        self.assertEqual(self.ok("kept")[1], "7")

    def test_interrupt_of_an_idle_kernel_does_nothing(self):
        self.ok("kept := 1")
        # The answer says that it was done: control and shell are in no order otherwise.
        self.kc.control_channel.send(self.kc.session.msg("interrupt_request", {}))
        reply = self.kc.get_control_msg(timeout=10)
        self.assertEqual((reply["msg_type"], reply["content"]["status"]), ("interrupt_reply", "ok"))
        self.assertEqual(self.ok("kept")[1], "1")

    def test_exit_in_a_cell_says_so_and_declarations_survive(self):
        self.ok("func double(n int) int { return 2 * n }")
        reply, _, _ = self.run_cell("os.Exit(3)")
        self.assertEqual(reply["status"], "error")
        self.assertIn("exit status 3", reply["evalue"])
        self.assertEqual(self.ok("double(21)")[1], "42")

    def test_panic_in_a_goroutine_does_not_end_the_kernel(self):
        reply, _, _ = self.run_cell('go func() { panic("out of luck") }()\ntime.Sleep(time.Minute)')
        self.assertEqual(reply["status"], "error")
        self.assertIn("out of luck", reply["evalue"] + "\n".join(reply["traceback"]))
        self.assertEqual(self.ok("1 + 1")[1], "2")

    def test_error_aborts_the_queue(self):
        first = self.kc.execute('time.Sleep(time.Second)\npanic("out of luck")')
        second = self.kc.execute("1 + 1")
        third = self.kc.execute("2 + 2")
        self.assertEqual(self.reply(first)["status"], "error")
        self.assertEqual(self.reply(second)["status"], "aborted")
        self.assertEqual(self.reply(third)["status"], "aborted")
        self.assertEqual(self.ok("3 + 3")[1], "6")

    def test_without_stop_on_error_the_queue_runs_on(self):
        first = self.kc.execute('time.Sleep(time.Second)\npanic("out of luck")', stop_on_error=False)
        second = self.kc.execute("1 + 1")
        self.assertEqual(self.reply(first)["status"], "error")
        self.assertEqual(self.reply(second)["status"], "ok")

    def test_all_output_comes_before_idle(self):
        for _ in range(3):
            text, _ = self.ok("for i := range 5000 {\n\tfmt.Println(i)\n}")
            self.assertEqual(text, "".join(f"{i}\n" for i in range(5000)))

    def test_heart_beats_while_a_cell_runs(self):
        msg_id = self.kc.execute('fmt.Println("started")\nfor {\n}')
        self.collect(msg_id, until=self.started)
        time.sleep(3 * self.kc.hb_channel.time_to_dead)
        self.assertTrue(self.kc.hb_channel.is_beating())
        self.km.interrupt_kernel()
        self.reply(msg_id)

    def test_kernel_info_comes_over_control_while_a_cell_runs(self):
        msg_id = self.kc.execute('fmt.Println("started")\nfor {\n}')
        self.collect(msg_id, until=self.started)
        self.kc.control_channel.send(self.kc.session.msg("kernel_info_request", {}))
        reply = self.kc.get_control_msg(timeout=10)
        self.assertEqual(reply["content"]["language_info"]["name"], "go")
        self.km.interrupt_kernel()
        self.reply(msg_id)

    def test_silent_cells_show_and_count_nothing(self):
        before = self.run_cell("1")[0]["execution_count"]
        msg_id = self.kc.execute('fmt.Println("quiet")\n2', silent=True)
        self.reply(msg_id)
        kinds = {m["msg_type"] for m in self.collect(msg_id)}
        self.assertLessEqual(kinds, {"status"})
        self.assertEqual(self.run_cell("1")[0]["execution_count"], before + 1)

    def test_restart_gives_a_fresh_session(self):
        self.ok("gone := 1")
        self.km.restart_kernel(now=False)
        self.kc.wait_for_ready(timeout=TIMEOUT)
        self.assertEqual(self.run_cell("gone")[0]["status"], "error")
        self.assertEqual(self.ok("1 + 1")[1], "2")

    def test_shutdown_leaves_no_process(self):
        self.ok("x := 1")
        self.ok(
            "%%serve web\npackage main\n\nimport (\n\t\"net\"\n\t\"net/http\"\n)\n\nfunc main() {\n"
            '\tl, err := net.Listen("tcp", "localhost:0")\n\tif err != nil {\n\t\tpanic(err)\n\t}\n'
            "\thttp.Serve(l, nil)\n}\n"
        )
        processes = family(self.km.provisioner.pid)
        self.assertGreaterEqual(len(processes), 3, "kernel, worker and server were expected")
        self.km.shutdown_kernel(now=False)
        self.assertEqual(await_gone(processes), [])

    def test_kill_leaves_no_process(self):
        self.ok("x := 1")
        processes = family(self.km.provisioner.pid)
        self.km.shutdown_kernel(now=True)
        self.assertEqual(await_gone(processes), [])


@unittest.skipIf(sys.platform == "win32", "there is no ipc transport on Windows")
class OverIpc(Kernel):
    traits = {"transport": "ipc"}

    def test_cells_run_over_ipc(self):
        self.assertEqual(self.ok("6 * 7")[1], "42")


class Orphan(unittest.TestCase):
    def test_the_kernel_ends_when_its_parent_dies(self):
        script = (
            "import sys, time\n"
            "from behaviour import start\n"
            "km, kc = start()\n"
            "kc.execute('x := 1')\n"
            "kc.get_shell_msg(timeout=60)\n"
            "print(km.provisioner.pid, flush=True)\n"
            "time.sleep(600)\n"
        )
        parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
        try:
            pid = int(parent.stdout.readline())
            processes = family(pid)
        finally:
            parent.kill()
            parent.wait()
            parent.stdout.close()
        self.assertEqual(await_gone(processes, seconds=15), [])


del Kernel  # it holds no tests of its own


if __name__ == "__main__":
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    unittest.main()
