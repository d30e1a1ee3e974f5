package load

import (
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

func vegetaResult(text string) *vegeta.Result {
	return &vegeta.Result{Error: text, Timestamp: time.Now(), Latency: time.Millisecond}
}
