package main

import "runtime/debug"

// version is this build's: the module version, or the commit it was built from.
func version() (version, commit string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown", ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			commit = s.Value
		}
	}
	version = info.Main.Version
	if version == "" {
		version = "(devel)"
	}
	return version, commit
}

// dependency is the version of a module built in; "" for one that is not.
func dependency(path string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, m := range info.Deps {
		if m.Path == path {
			return m.Version
		}
	}
	return ""
}
