package authority

import (
	"os"
	"strings"
	"testing"
)

// prose has a citation in every other sentence, as an opinion has.
const prose = `The district court denied the motion. See Roe v. Wade, 410 U.S. 113, 120 (1973). ` +
	`The parties agree that this Agreement shall be governed by the laws of the State of New York, and that ` +
	`Section 4 of the Lease applies to the Premises described in Exhibit A. Id. at 121. Under 18 U.S.C. § 4241, ` +
	`the court may order a hearing on its own motion at any time after the commencement of a prosecution. `

// BenchmarkFind measures MB/s on an opinion, and with MARKAI_TEXT on the
// contents of that file.
func BenchmarkFind(b *testing.B) {
	texts := map[string]string{"opinion": strings.Repeat(prose, 200)}
	if path := os.Getenv("MARKAI_TEXT"); path != "" {
		data, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		texts["file"] = string(data)
	}
	for name, text := range texts {
		b.Run(name, func(b *testing.B) {
			Find("")
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				Find(text)
			}
		})
	}
}
