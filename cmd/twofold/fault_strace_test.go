//go:build linux

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// watchedCalls are the system calls by which a file is read, changed or locked.
const watchedCalls = "openat,open,creat,read,pread64,write,pwrite64,writev,close,fsync,fdatasync,sync_file_range," +
	"rename,renameat,renameat2,link,linkat,unlink,unlinkat,fchmod,fchmodat,ftruncate,truncate,flock,mkdir,mkdirat," +
	"copy_file_range,fallocate,newfstatat,fstat,statx"

// point is one system call of a run: the n-th of its name on a file.
type point struct {
	call, path string
	n          int
}

// straced prepends strace to the program; what it saw goes into files that begin with log, one a thread.
func (s *stand) straced(log string, args ...string) *stand {
	under := *s
	under.under = append([]string{"strace", "-ff", "-y", "-s", "0", "-E", "GODEBUG=asyncpreemptoff=1", "-o", log}, args...)
	return &under
}

var (
	callLine = regexp.MustCompile(`^(\w+)\(`)
	pathIn   = regexp.MustCompile(`["<](/[^">]*)[">]`)
)

// lines are what strace saw, thread by thread, and the files are removed.
func lines(t testing.TB, log string) []string {
	t.Helper()
	names, err := filepath.Glob(log + ".*")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, strings.Split(string(b), "\n")...)
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// points are the system calls of a run on what is in a folder, and on the folder.
func points(seen []string, folder string) []point {
	count := map[point]int{}
	for _, line := range seen {
		call := callLine.FindStringSubmatch(line)
		if call == nil {
			continue
		}
		var paths []string
		for _, m := range pathIn.FindAllStringSubmatch(line, -1) {
			if (m[1] == folder || strings.HasPrefix(m[1], folder+"/")) && !slices.Contains(paths, m[1]) {
				paths = append(paths, m[1])
			}
		}
		for _, path := range paths {
			count[point{call: call[1], path: path}]++
		}
	}
	var all []point
	for p, n := range count {
		for p.n = 1; p.n <= n; p.n++ {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b point) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return all
}

// kindsOf are the faults that a system call can have, as strace injects them. Those that write have more.
func kindsOf(p point, all bool) []string {
	const dead = "signal=SIGKILL"
	isWrite := strings.HasPrefix(p.call, "write") || strings.HasPrefix(p.call, "pwrite")
	isRead := strings.HasPrefix(p.call, "read") || strings.HasPrefix(p.call, "pread") || strings.Contains(p.call, "stat")
	switch {
	case p.n > 1 && (!all || isRead || p.call == "close"):
		return nil
	case isWrite:
		return []string{dead, "error=ENOSPC", "error=EIO", "error=EINTR", "retval=100"} // the last says that it wrote
	case isRead && all:
		return []string{"error=EIO"}
	case isRead:
		return nil
	case p.call == "close":
		return []string{dead}
	case !all:
		return []string{dead, "error=EIO"}
	case p.call == "openat":
		return []string{dead, "error=ENOSPC", "error=EIO", "error=EMFILE"}
	case p.call == "fsync":
		return []string{dead, "error=EIO", "error=ENOSPC", "error=EINTR"}
	case p.call == "flock":
		return []string{dead, "error=EINTR", "error=ENOLCK"}
	}
	return []string{dead, "error=EIO", "error=ENOSPC"}
}
