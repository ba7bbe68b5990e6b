package main

// labPages are those of the tester's side that the scenarios go to.
var labPages = []string{"Enter the lab", "Overview", "Events", "Users", ada}

// tester is somebody at the pages of the tester's side, who has typed the lab token.
func (l *lab) tester() *person {
	l.t.Helper()
	p := l.person(withMouse)
	p.pages, p.site = labPages, "Lab"
	p.opens("/lab/events", "Enter the lab")
	p.writes("Lab token", l.server.LabToken())
	p.presses("Enter", "Events")
	return p
}
