package interp

import "os"

// preferVictim asks the kernel of the system to end this process first when
// memory runs out, and not the notebook's. It is a wish; failing does no harm.
func preferVictim() { _ = os.WriteFile("/proc/self/oom_score_adj", []byte("900"), 0) }
