package structure

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	mark "markai/backend"
)

// tongues counts the languages of a document's pages.
type tongues struct {
	bytes map[string]int
	pages []pageTongue // those that have one
}

type pageTongue struct {
	page, end int
	language  string
	head      string
}

// function words of each language, which make up a third of any text in it.
var functionWords = map[string]string{
	"en": "the of and to in a is that for it as was with be by on not or are this which at from have has had but his they any shall will may such its been all their an if would there were under other than no",
	"es": "de la que el en y a los se del las por un para con no una su al lo como más o pero sus le ha este sí porque esta entre cuando muy sin sobre también me hasta hay donde quien desde todo nos durante será deberá ni contra dicho fue son está",
	"fr": "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec aux ou son cette être d l n qu à été ont sa ses leur leurs ces mais nous vous je comme tout elle si entre sans même dont doit où",
	"de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch man sein wurde sei",
	"it": "di e il la che in un a per è una sono con non del si da come le dei nel alla della anche più al lo i ha gli o ma dalla delle nella questo essere stato ed dal ai sul degli alle sulla dell ad se su può suo sua tra fra deve",
	"nl": "de van het een en in is dat op te zijn voor met die niet aan er om ook als bij door maar uit of heeft worden dan naar hij nog wordt over ze tot je kan deze geen was hun wel tegen dit moet onder hebben zal werd",
	"pt": "de a o que e do da em um para com não uma os no se na por mais as dos como mas ao ele das à seu sua ou quando muito nos já eu também só pelo pela até isso ela entre depois sem mesmo aos seus quem nas me esse eles você essa foi são está ser será deverá",
	"pl": "w i z na do nie się że jest o od to jak po za przez oraz dla lub są być który która które tego jego jej ich ale co przy także tym nad tak przed już może bez pod czy jako został ma tej jeżeli",
	"sv": "och i att det som en på är av för med den till inte om ett har de var från men vid eller så kan när över ska efter upp sig hade där ut vi alla under denna detta sin också",
	"da": "og i at det er en til på af for de med den der ikke et som om har var fra men ved eller så kan når over skal efter op sig havde hvor ud vi alle under denne dette sin også blev",
}

// wordTongues maps a function word to the languages that use it.
var tongueNames, wordTongues = func() ([]string, map[string][]int8) {
	var langs []string
	for name := range functionWords {
		langs = append(langs, name)
	}
	slices.Sort(langs)
	m := map[string][]int8{}
	for i, name := range langs {
		for w := range strings.FieldsSeq(functionWords[name]) {
			if !slices.Contains(m[w], int8(i)) {
				m[w] = append(m[w], int8(i))
			}
		}
	}
	return langs, m
}()

const sampleBytes = 5000 // of a page that its language is told from

// readTongue notes the language of a page.
func (s *Scanner) readTongue(g *page) {
	language := LanguageOf(g.Text)
	if language == "" {
		return
	}
	if s.tongue.bytes == nil {
		s.tongue.bytes = map[string]int{}
	}
	s.tongue.bytes[language] += len(g.Text)
	if len(s.tongue.pages) < maxOfKind {
		s.tongue.pages = append(s.tongue.pages, pageTongue{g.Number, len(g.Text), language,
			strings.Clone(g.Text[:whole(g.Text, min(len(g.Text), maxText))])})
	}
}

// LanguageOf returns the language of a text as BCP 47 names it, or "" where
// the text does not tell: by its script where one language writes in it, else
// by the function words.
func LanguageOf(text string) string {
	sample := text[:whole(text, min(len(text), sampleBytes))]
	if l := byScript(sample); l != "" {
		return l
	}
	score := make([]float64, len(tongueNames))
	words, known := 0, 0
	seen := map[string]bool{} // function words
	for i := 0; i < len(sample); {
		if !letter(sample[i]) {
			i++
			continue
		}
		end := i + 1
		for end < len(sample) && letter(sample[end]) {
			end++
		}
		words++
		if end-i <= 12 {
			var buf [12]byte
			n := copy(buf[:], sample[i:end])
			ascii := true
			for k := range n {
				if upper(buf[k]) {
					buf[k] |= 0x20
				}
				ascii = ascii && buf[k] < utf8.RuneSelf
			}
			langs := wordTongues[string(buf[:n])]
			if langs == nil && !ascii {
				langs = wordTongues[strings.ToLower(strings.Trim(sample[i:end], "“”’‘«»„"))]
			}
			if len(langs) > 0 {
				known++
				if len(seen) < 8 {
					seen[strings.ToLower(sample[i:end])] = true
				}
			}
			for _, l := range langs { // a word of many languages says little
				score[l] += 1 / float64(len(langs))
			}
		}
		i = end
	}
	best, second := 0, -1
	for i := range score {
		switch {
		case score[i] > score[best]:
			best, second = i, best
		case i != best && (second < 0 || score[i] > score[second]):
			second = i
		}
	}
	if words < 12 || len(seen) < 4 || score[best] < 3 || known*8 < words || score[best]*8 < float64(words) || score[best] < 1.25*score[second] {
		return ""
	}
	return tongueNames[best]
}

// byScript returns the language of the script in which most letters stand, ""
// for Latin letters. Cyrillic is taken for Russian and Devanagari for Hindi
// unless letters tell.
func byScript(sample string) string {
	var latin, arabic, hebrew, cyrillic, greek, han, kana, hangul, thai, nagari, ukrainian, persian int
	for _, r := range sample {
		switch {
		case r < 0x250:
			if unicode.IsLetter(r) {
				latin++
			}
		case 0x370 <= r && r < 0x400:
			greek++
		case 0x400 <= r && r < 0x530:
			cyrillic++
			switch r {
			case 'і', 'ї', 'є', 'ґ', 'І', 'Ї', 'Є', 'Ґ':
				ukrainian++
			}
		case 0x590 <= r && r < 0x600, 0xfb1d <= r && r < 0xfb50:
			hebrew++
		case 0x600 <= r && r < 0x780, 0xfb50 <= r && r < 0xfe00, 0xfe70 <= r && r < 0xff00:
			arabic++
			switch r {
			case 'پ', 'چ', 'ژ', 'گ', 'ک':
				persian++
			}
		case 0x900 <= r && r < 0x980:
			nagari++
		case 0xe00 <= r && r < 0xe80:
			thai++
		case 0x3040 <= r && r < 0x3100:
			kana++
		case 0x3400 <= r && r < 0xa000:
			han++
		case 0xac00 <= r && r < 0xd7b0:
			hangul++
		}
	}
	all := latin + arabic + hebrew + cyrillic + greek + 2*(han+kana+hangul) + thai + nagari
	most := func(n int) bool { return n >= 20 && n*2 > all }
	switch {
	case most(arabic):
		if persian*50 > arabic {
			return "fa"
		}
		return "ar"
	case most(hebrew):
		return "he"
	case most(cyrillic):
		if ukrainian*60 > cyrillic {
			return "uk"
		}
		return "ru"
	case most(greek):
		return "el"
	case most(2 * hangul):
		return "ko"
	case most(2*(kana+han)) && kana*10 > han:
		return "ja"
	case most(2 * han):
		return "zh"
	case most(thai):
		return "th"
	case most(nagari):
		return "hi"
	}
	return ""
}

// settleTongue names the language of most of the text, and adds the pages in
// another one.
func (s *Scanner) settleTongue(r *Result) {
	best := ""
	for l, n := range s.tongue.bytes {
		if best == "" || n > s.tongue.bytes[best] || n == s.tongue.bytes[best] && l < best {
			best = l
		}
	}
	r.Meta.Language = best
	for _, p := range s.tongue.pages {
		if p.language != best {
			s.features = append(s.features, mark.Feature{Kind: mark.FeatureLanguage, Page: p.page, Start: 0, End: p.end, Text: p.head, Value: p.language})
		}
	}
}
