package faithful

// differentAsCell are the programs of $GOROOT/test that print where or under what name they
// run, which as a cell is another place.
var differentAsCell = known{
	"fixedbugs/issue18149.go": "it asks runtime.Caller for a //line directive's file; lines are those of the cell",
}

// differentSplit are those whose output is another one when they are several programs.
var differentSplit = known{
	"fixedbugs/issue18149.go": differentAsCell["fixedbugs/issue18149.go"],
}

// differentAsListing are those that differ even as a file.
var differentAsListing = known{}
