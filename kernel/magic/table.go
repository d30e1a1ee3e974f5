package magic

// Commands is the table of all commands, in the order of the help text.
func Commands() []Command {
	return []Command{
		benchCommand(),
		pprofCommand(),
		flameCommand(),
		watchCommand(),
		traceCommand(),
		profilesCommand(),
		escapeCommand(),
		serveCommand(),
		loadCommand(),
		psCommand(),
		logsCommand(),
		stopCommand(),
		goCommand(),
		interpCommand(),
		fileCommand(),
		getCommand(),
		modCommand(),
		envCommand(),
		whoCommand(),
		whyCommand(),
		resetCommand(),
		helpCommand(),
	}
}
