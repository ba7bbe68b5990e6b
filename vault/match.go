package vault

// Match gives the accounts that a filter means.
func Match(accounts []Account, filter string) []Account { return nil }
