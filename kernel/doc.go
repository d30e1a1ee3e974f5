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
//	    ROOMS:0
//	L1  ROOMS:1
//	L2  ROOMS:2
//	L3  engines and edges: they return data and never draw
//	    ROOMS:3
//	L4  ROOMS:4
//	L5  ROOMS:5
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
// A compiled cell is a closed program: it contains the declarations that it
// reaches, and no values. A compiled cell that would read a variable of an earlier
// cell is refused before anything runs, with the variable's name and cell; the
// variables that a compiled cell declares are gone when its program ends, and a
// later cell that uses one is told so. Benchmarks are compiled cells too.
//
// # Who owns what
//
//   - session.Session owns the execution counter, the queue and the running cell's
//     cancel function.
//   - run.Session owns the ledger, the checker, the worker, the workspace, the
//     background programs and the last results. It runs one cell at a time.
//   - toolchain.Workspace owns the temporary module and removes it.
//   - child.Process owns one process group and both ends of its pipes.
package kernel
