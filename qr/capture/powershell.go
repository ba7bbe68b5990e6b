package capture

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf16"
)

// Windows is asked through its PowerShell, from WSL too. The scripts never change, so nothing has to be
// quoted; each line of their answers is a word and base64.
const (
	screenScript = `
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Add-Type -AssemblyName System.Windows.Forms, System.Drawing
# Without this a screen at 150 % is given as its upper left part.
Add-Type -Namespace Twofold -Name Screen -MemberDefinition '[DllImport("user32.dll")] public static extern bool SetProcessDPIAware();'
[void][Twofold.Screen]::SetProcessDPIAware()
foreach ($screen in [System.Windows.Forms.Screen]::AllScreens) {
  $b = $screen.Bounds
  $image = New-Object System.Drawing.Bitmap $b.Width, $b.Height
  [System.Drawing.Graphics]::FromImage($image).CopyFromScreen($b.Location, [System.Drawing.Point]::Empty, $b.Size)
  $memory = New-Object System.IO.MemoryStream
  $image.Save($memory, [System.Drawing.Imaging.ImageFormat]::Png)
  'picture ' + [Convert]::ToBase64String($memory.ToArray())
}`
	clipboardScript = `
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Add-Type -AssemblyName System.Windows.Forms, System.Drawing
$text = [System.Windows.Forms.Clipboard]::GetText()
if ($text) { 'text ' + [Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($text)) }
$image = [System.Windows.Forms.Clipboard]::GetImage()
if ($image) {
  $memory = New-Object System.IO.MemoryStream
  $image.Save($memory, [System.Drawing.Imaging.ImageFormat]::Png)
  'picture ' + [Convert]::ToBase64String($memory.ToArray())
}`
)

func (s system) windowsScreen(ctx context.Context) (pictures []Picture, err error) {
	err = s.runPowerShell(ctx, screenScript, func(_ string, data []byte) error {
		img, err := decodePNG(data)
		pictures = append(pictures, Picture{Image: img})
		return err
	})
	if err == nil && len(pictures) == 0 {
		err = errors.New("it sees no monitor")
	}
	if err != nil {
		return nil, err
	}
	return pictures, nil
}

func (s system) windowsClipboard(ctx context.Context) (clip Clip, err error) {
	err = s.runPowerShell(ctx, clipboardScript, func(kind string, data []byte) error {
		if kind == "picture" {
			clip.Picture = data
			return nil
		}
		clip.Text = string(data)
		clear(data)
		return nil
	})
	return clip, err
}

// runPowerShell hands over each line of a script's answer. The clipboard needs a thread of the kind that
// -STA asks for.
func (s system) runPowerShell(ctx context.Context, script string, each func(kind string, data []byte) error) error {
	out, err := s.output(ctx, s.powerShell(), "-NoProfile", "-NonInteractive", "-STA", "-OutputFormat", "Text", "-EncodedCommand", encodeScript(script))
	if err != nil {
		return err
	}
	defer clear(out)
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, maxOutput+1)
	for lines.Scan() {
		kind, encoded, ok := bytes.Cut(bytes.TrimSpace(lines.Bytes()), []byte(" "))
		if !ok || string(kind) != "picture" && string(kind) != "text" {
			continue // a profile of the system's may greet
		}
		data := make([]byte, base64.StdEncoding.DecodedLen(len(encoded)))
		n, err := base64.StdEncoding.Decode(data, encoded)
		if err != nil {
			return fmt.Errorf("read its answer: %w", err)
		}
		if err := each(string(kind), data[:n]); err != nil {
			return err
		}
	}
	return lines.Err()
}

// encodeScript is what -EncodedCommand takes: base64 of UTF-16, little endian.
func encodeScript(script string) string {
	var wide []byte
	for _, unit := range utf16.Encode([]rune(script)) {
		wide = binary.LittleEndian.AppendUint16(wide, unit)
	}
	return base64.StdEncoding.EncodeToString(wide)
}
