package run

import "sync"

// background is the commands of one cell that run beside it, those whose line
// ends in "&". The cell waits for all of them at its end.
type background struct {
	wg sync.WaitGroup

	mu    sync.Mutex
	first error
}

// start runs f beside the cell; join is what waits for it.
func (b *background) start(f func() error) {
	b.wg.Go(func() {
		if err := f(); err != nil {
			b.mu.Lock()
			defer b.mu.Unlock()
			if b.first == nil {
				b.first = err
			}
		}
	})
}

// join waits for everything that was started and returns the first error of it.
func (b *background) join() error {
	b.wg.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.first
}
