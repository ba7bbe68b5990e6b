package capture

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// NamedAsPicture tells whether a file's name ends as those of the pictures do that [Codes] reads. PDFs are not among
// them: a folder may hold hundreds, and each takes its time.
func NamedAsPicture(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".png", ".jpg", ".jpeg", ".jfif", ".gif", ".webp", ".bmp", ".tif", ".tiff":
		return true
	}
	return false
}

// PicturesIn gives the paths of the pictures directly in a folder, by name. Links to files are left out.
func PicturesIn(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, entry := range entries {
		if entry.Type().IsRegular() && NamedAsPicture(entry.Name()) {
			paths = append(paths, filepath.Join(dir, entry.Name()))
		}
	}
	return paths, nil
}

// FileURL gives the path in a file:// address, as file managers and browsers hand them over. It is false for any other
// text, and for a file of another computer.
func FileURL(text string) (string, bool) {
	text = strings.TrimSpace(text)
	if len(text) < 7 || !strings.EqualFold(text[:7], "file://") {
		return "", false
	}
	u, err := url.Parse(text)
	if err != nil || u.Path == "" || u.Host != "" && !strings.EqualFold(u.Host, "localhost") {
		return "", false
	}
	path := u.Path
	if strings.ContainsAny(text, "?#") { // who writes one by hand forgets to escape these
		if path, err = url.PathUnescape(text[7+len(u.Host):]); err != nil {
			return "", false
		}
	}
	if strings.ContainsRune(path, 0) {
		return "", false
	}
	if len(path) > 2 && path[0] == '/' && path[2] == ':' { // /C:/Users
		path = filepath.FromSlash(path[1:])
	}
	return path, true
}
