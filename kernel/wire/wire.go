// Package wire is the edge to Jupyter clients: connection file, ZMTP sockets, framing, signature, heartbeat.
//
// ZeroMQ comes from github.com/go-zeromq/zmq4, but never raw. Left to itself, the
// library can be ended by anyone who connects (a length from the wire goes into
// make), one silent connection keeps out all new ones, and one client that stops
// reading holds up all others. So a guard stands under it, registered as a
// transport:
//
//   - The listener does the handshake with each peer in a goroutine of its own,
//     with a deadline, and hands zmq4 only connections that have passed; zmq4 sees
//     a handshake made up from what was checked.
//   - A connection hands zmq4 only whole frames whose length was in bounds, and
//     never a command.
//   - What zmq4 writes goes into a queue per connection with a writer of its own.
//     The queue is bounded: Send waits before a message is given to zmq4, and a
//     peer with a full queue that takes nothing for some seconds is cut. Nothing is
//     dropped from the middle, so a client that sees the idle status has seen all
//     that came before it.
//
// From the top: Sockets speaks in messages, envelope turns them into frames,
// socket (router, publisher) moves frames, zmq4 encodes them, conn and listener
// guard, and hub is what the connections of one socket share.
package wire
