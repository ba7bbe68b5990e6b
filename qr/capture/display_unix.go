//go:build unix && !darwin

package capture

import (
	"io"
	"log"
	"sync"

	"github.com/jezek/xgb"
)

// prepareDisplay silences the X11 library, which writes its troubles to standard error, into the middle
// of a screen; they come back as errors as well.
var prepareDisplay = sync.OnceFunc(func() { xgb.Logger = log.New(io.Discard, "", 0) })
