// Package kernel is gomri's Jupyter kernel: Serve puts the transport, the session and the engines together.
//
// This file is the map of the house: its rooms, which way the imports point, how
// one cell travels, and who owns what.
//
// # The rule
//
// A cell is Go as the installed toolchain defines it, and its result is what
// "go run" would give. The compiler is the reference. The interpreter (yaegi) is
// an accelerator, used for exactly those cells that it is known to run right: the
// gate reads the type-checked tree and, in doubt, sends the cell to the compiler.
//
//	cell text ─► cell.Parse ─► check ─► gate ─┬─► lower ─► interp    (yaegi, in the worker process)
//	             directives    go/types       │
//	             and chunks    against the    └─► toolchain          (the go command)
//	                           session            benchmarks, tests, listings with a package
//	                                              clause, and whatever the gate does not pass
//
// # The rooms
//
// Imports point down, or sideways to a leaf. One third-party library, one room.
//
//	L0  leaves: data and text, no processes, no sockets
//	      msg        holds the typed Jupyter messages that the kernel receives and sends, and
//	                 their JSON.
//	      display    holds what a cell shows: a bundle of one result in several formats, and the
//	                 Output a cell writes to.
//	      cell       reads the text of a cell: directives, go command lines and chunks of Go, in
//	                 order, without running anything.
//	      ledger     records what a session has declared, cell by cell, and what reaches what.
//	      prof       reads pprof data and computes what is shown of it: the rows of a top table,
//	                 the callers and callees of a function, the listing of a source, the tree of
//	                 a flame graph.
//	      bench      reads the output of "go test -bench" into results and compares them with
//	                 earlier runs.
//	      exectrace  reads execution traces and sums them up: what ran on each processor, what
//	                 goroutines waited for, and the pauses of the garbage collector.
//	      escape     reads what the compiler says with -gcflags=-m into notes by line.
//	      nbformat   reads and writes Jupyter notebook files of format 4 and loses nothing that
//	                 it does not understand.
//	      value      turns the values of a cell's last expression into a model of them: bounded
//	                 trees, pictures and text.
//	L1  the wire
//	      wire       is the edge to Jupyter clients: connection file, ZMTP sockets, framing,
//	                 signature, heartbeat.
//	L2  the session
//	      session    is one Jupyter session: it queues cells, answers requests, and keeps
//	                 outputs, reply and idle in their order.
//	      spec       writes and finds kernelspecs, the folders that tell Jupyter how to start the
//	                 kernel.
//	L3  engines and edges: they return data and never draw
//	      child      runs one child process: its group, pipes, stop ladder and draining.
//	      check      type-checks a cell against its session with go/types and is the source of
//	                 every compile error.
//	      gate       judges from the typed tree whether a cell is interpreted or compiled, and
//	                 says why.
//	      lower      rewrites a type-checked cell into Go that the interpreter runs faithfully.
//	      interp     runs interpreted cells: a client in the kernel and yaegi in a worker child
//	                 process.
//	      bridge     carries the values of session variables between the interpreter and compiled
//	                 cells.
//	      toolchain  runs compiled cells: a temporary module in which every cell is a file, the
//	                 real go command, and what it built.
//	      serve      keeps the background programs of a session: starts them, waits until they
//	                 listen, keeps their logs, stops them.
//	      load       drives HTTP requests at a server at a steady rate and measures what comes
//	                 back.
//	      fetch      gets profiles, from files and from servers, and reports on them that pprof's
//	                 own driver makes in a child process.
//	L4  drawing
//	      render     draws what the other rooms measured: a model goes in, a display bundle with
//	                 HTML and plain text comes out.
//	      html       turns a notebook into one standalone HTML page that needs no network, reads
//	                 on paper and follows light or dark.
//	L5  one cell
//	      magic      is the table of % and %% commands, and what each does.
//	      run        takes one cell from its text to its outputs: parse, check, choose an engine,
//	                 run, render.
//
// # One execute_request, six stops
//
//  1. wire receives the frames and checks bounds and signature; a bad message is
//     logged and dropped.
//  2. session publishes busy and looks the message up in its handler table.
//  3. session decodes it, counts, and makes this request's Output and context.
//  4. run parses and checks the cell and chooses its path.
//  5. interp or toolchain runs it in a child process; its streams flow to the
//     Output, data comes back.
//  6. render makes a bundle of the data; the Output hands it to the iopub writer.
//
// The Output is flushed when both streams of the child are drained; only then come
// the reply and idle. Nothing is ordered by sleeping.
//
// # Processes
//
// The kernel process holds the sockets and the session and never runs user code.
// Interpreted cells run in a worker process (the same binary, "gomri worker"),
// compiled cells in the program built for them, the pprof driver in "gomri pprof".
// Each is the leader of a process group that is killed when the kernel goes. A
// worker that dies (os.Exit, stack overflow, a panic in a goroutine, a map race)
// takes the session's variables with it; the cell's error says so, a new worker
// starts, and the declarations are loaded again.
//
// # Session variables and compiled cells
//
// A variable declared at the top level of an interpreted cell lives in the worker.
// A compiled cell is a program of its own: it contains the declarations that it
// reaches, and the bridge brings it the values of the variables among them, as one
// snapshot of everything that can be reached from them, with its aliases and
// cycles. When the program ends, also by a panic, what it has assigned or changed
// goes back: to the worker if the interpreter can hold the variable, else into a
// file of the session that later compiled cells read. os.Exit, a kill and an
// interrupt leave the values as they were.
//
// What has no value to carry is refused before anything runs, with the variable's
// name, type and cell: channels, functions and closures that are not nil, open files
// and connections, locked mutexes. Goroutines of earlier cells that still run in the
// worker refuse a compiled cell too, because what they change meanwhile would be
// lost. Benchmarks read the session's values and write nothing back.
//
// # What else a process has
//
// A session is one program, so what a cell changes of its process is there in the next one,
// whichever engine runs it: the environment, the working directory, time.Local, flags,
// prefix and output of package log, and, for compiled cells, GOMAXPROCS and the limits of
// the garbage collector. It goes the way of variables: also after a panic, not after
// os.Exit; a worker that had to be started again gets it too, and %reset forgets it.
// The go command, the shell and background programs keep the notebook's folder and the
// environment that %env sets.
//
// Packages keep more, which has no value that could be carried: handlers of the default
// mux, defined flags, the default logger of log/slog, a writer of the cell that package
// log writes to, a package's variable that a cell sets. It ends with the compiled cell
// that set it, and a later cell that would need it is refused by name before it runs. What
// an interpreted cell lets package log write to stays in the interpreter: compiled
// cells that log are refused until log.SetOutput names os.Stdout, os.Stderr or io.Discard.
//
// # Modules that change
//
// The packages of a module in a folder (%mod) are read again for each cell that reaches them,
// as are those behind the build tags of %%go -tags or of GOFLAGS. A declaration of an earlier
// cell that no longer compiles with them fails the cell that uses it, with its own cell and
// line, and works again when they fit.
//
// # Goroutines of interpreted cells
//
// A goroutine that still runs when its cell ends goes on beside the next cells; what it
// prints goes to the cell that ran last. An interrupt ends the running cell and with it
// every goroutine that computes, sleeps, or waits for a channel, a lock or a WaitGroup;
// of what is deferred only unlocking and Done run then, as little else does when a
// signal ends a program. When the cell and all goroutines wait and no timer runs, it is
// the runtime's deadlock: the cell fails with its words, and the variables stay. A panic
// that a goroutine does not recover ends the worker, as it ends a program. While
// goroutines run, a panic of the cell tells no line.
//
// # Slow cells
//
// The interpreter takes 50 to 250 times as long as a compiled program. Where the gate can
// tell from constant bounds, sizes and recursion that a cell would take it more than
// 0.3 s, the cell is compiled, unless its values cannot be carried: then it is interpreted.
//
// # Capacity
//
// A variable of a cell's top level is one of the package, as in a program that declares
// it outside its functions. How far append makes a slice grow is the compiler's choice and
// depends on where the slice lives; a cell in which that shows for a slice of a function
// (by cap, or by an append whose result does not replace the slice) is compiled.
//
// # Who owns what
//
//   - session.Session owns the execution counter, the queue and the running cell's
//     cancel function.
//   - run.Session owns the ledger, the checker, the worker, the workspace, the
//     background programs and the last results. It runs one cell at a time.
//   - bridge.Store owns the values that are not in the worker.
//   - toolchain.Workspace owns the temporary module and removes it.
//   - child.Process owns one process group and both ends of its pipes.
package kernel
