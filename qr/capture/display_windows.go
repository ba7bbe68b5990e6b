package capture

import (
	"sync"

	"golang.org/x/sys/windows"
)

// prepareDisplay has Windows give us the screen's own pixels. A program that does not ask for them is
// given a screen at 150 % as a smaller one.
var prepareDisplay = sync.OnceFunc(func() {
	aware := windows.NewLazySystemDLL("user32.dll").NewProc("SetProcessDPIAware")
	if aware.Find() == nil {
		_, _, _ = aware.Call()
	}
})
