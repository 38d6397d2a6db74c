package wire

// Job is a piece of long work.
type Job struct {
	ID         string  `json:"id"`
	Matter     string  `json:"matter"`
	Document   string  `json:"document"`
	Name       string  `json:"name"`  // of the document
	State      string  `json:"state"` // "queued", "running", "paused", "done", "failed", "canceled"
	Step       string  `json:"step"`  // "store", "read", "embed", "renew"
	Done       int     `json:"done"`
	Total      int     `json:"total"`
	PerSecond  float64 `json:"perSecond"`
	ETASeconds float64 `json:"etaSeconds"` // 0 while unknown
	Problem    string  `json:"problem,omitempty"`
	Code       string  `json:"code,omitempty"`
	// Remedies are what can be done about Problem, best first: "password", "retry",
	// "settings", "reread" (from the pictures of its pages), "space" (free some; it
	// goes on by itself), "export", "remove".
	Remedies []string `json:"remedies"`
	Updated  string   `json:"updated"`
}

// MatterProgress says how the reading of a matter stands.
type MatterProgress struct {
	Waiting    int     `json:"waiting"`    // documents, those that wait for vectors too
	Ended      int     `json:"ended"`      // documents
	NeedYou    int     `json:"needYou"`    // of Ended: see their jobs' problems
	Fraction   float64 `json:"fraction"`   // of the work that is done, 0 to 1; it does not fall
	ETASeconds float64 `json:"etaSeconds"` // 0 while unknown
	Paused     int     `json:"paused"`     // documents
	Jobs       []Job   `json:"jobs"`       // some that are worked on
}

// JobList is a part of a matter's jobs, newest first.
type JobList struct {
	Jobs  []Job `json:"jobs"`
	Total int   `json:"total"` // in the states that were asked for
}

// JobAction asks something of a job.
type JobAction struct {
	Action   string `json:"action"` // "pause", "resume", "cancel", "retry"
	Password string `json:"password,omitempty"`
}

// AddResult says what became of added files, at once.
type AddResult struct {
	Jobs     []Job      `json:"jobs"`
	Known    []Document `json:"known"` // already in the matter, by content
	Rejected []Rejected `json:"rejected"`
	Skipped  []Rejected `json:"skipped"` // left out on purpose: hidden files, folders that lead back
	// Productions are what was made of folders with load files.
	Productions []Production `json:"productions,omitempty"`
}

// Production is what was made of one folder with load files.
type Production struct {
	Name      string     `json:"name"`       // of the folder
	LoadFiles []string   `json:"load_files"` // in the folder
	Documents int        `json:"documents"`  // added
	Known     int        `json:"known"`      // in the matter already
	Pages     int        `json:"pages"`      // single-page files that became pages of documents
	Problems  []Rejected `json:"problems"`   // what is missing, by Bates number
}

// Rejected is a path that could not even be queued.
type Rejected struct {
	Name    string `json:"name"`
	Code    string `json:"code"`
	Problem string `json:"problem"`
}

// WatchedFolder is a folder that a matter follows.
type WatchedFolder struct {
	Path     string `json:"path"`
	Added    string `json:"added"`
	Scanned  string `json:"scanned"` // when it was last gone through; empty: never
	Files    int    `json:"files"`
	Scanning bool   `json:"scanning"`
	Live     bool   `json:"live"` // changes are noticed at once; else it is looked at from time to time
	Problem  string `json:"problem,omitempty"`
}

// FolderScan says what a look at watched folders came upon, in files.
type FolderScan struct {
	Added     int        `json:"added"`
	Known     int        `json:"known"`   // new files whose content the matter held
	Changed   int        `json:"changed"` // of added and known: had other content before
	Moved     int        `json:"moved"`
	Missing   int        `json:"missing"` // gone; their documents stay
	Returned  int        `json:"returned"`
	Unchanged int        `json:"unchanged"`
	Waiting   int        `json:"waiting"` // being written, or their document is being read
	Problems  []Rejected `json:"problems"`
}

// Comparison says how a document differs from an earlier one.
type Comparison struct {
	Old  Document     `json:"old"`
	New  Document     `json:"new"`
	Same float64      `json:"same"` // share of the words that are in both, 0 to 1
	Runs []CompareRun `json:"runs"` // in reading order
	Cut  bool         `json:"cut"`  // there are more differences than Runs has
}

// CompareRun is a stretch of words that are in both documents or in one.
type CompareRun struct {
	Change   string     `json:"change"`   // "equal", "inserted", "deleted"
	Text     string     `json:"text"`     // and the white space behind it
	Cut      bool       `json:"cut"`      // Text leaves out the middle
	OldPage  int        `json:"oldPage"`  // where it stands, or would stand
	NewPage  int        `json:"newPage"`  // likewise
	OldSpans []PageSpan `json:"oldSpans"` // of what was deleted
	NewSpans []PageSpan `json:"newSpans"` // of what was inserted
}
