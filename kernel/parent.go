package kernel

import (
	"context"
	"time"
)

// parentEvery is how often it is tested whether the parent process still lives.
const parentEvery = time.Second

// watchParent calls stop when the process that Jupyter named as our parent has
// ended; a server that was killed cannot send a shutdown_request, and its kernels
// would stay for ever. The channel is closed when the watch is over.
func watchParent(ctx context.Context, stop context.CancelFunc, parent string) <-chan struct{} {
	over := make(chan struct{})
	lives := parentLives(parent)
	if lives == nil {
		close(over)
		return over
	}
	go func() {
		defer close(over)
		tick := time.NewTicker(parentEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if !lives() {
					stop()
					return
				}
			}
		}
	}()
	return over
}
