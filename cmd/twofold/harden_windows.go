package main

// harden does nothing: Windows makes no core dumps of its own accord.
func harden() {}
