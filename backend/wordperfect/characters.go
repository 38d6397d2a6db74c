package wordperfect

import "unicode/utf8"

// multinationals are the characters of set 1 from number 23, as far as the
// languages of western and central Europe use them.
var multinationals = []rune("ßĸjÁáÂâÄäÀàÅåÆæÇçÉéÊêËëÈèÍíÎîÏïÌìÑñÓóÔôÖöÒòÚúÛûÜüÙùŸÿÃãĐđØøÕõÝýÐðÞþĂăĀāĄąĆćČčĈĉĊċĎďĚěĖėĒēĘę")

// firstMultinational is the number of the first of them.
const firstMultinational = 23

// symbols are the characters of set 4, from number 0.
var symbols = []rune("●○■•∗¶§¡¿«»£¥₧ƒªº½¼¢²ⁿ®©¤¾³‛’‘‟”“–—‹›○□†‡™℠℞")

// frequent are what the bytes 1 to 32 mean after version 5.
var frequent = []rune("åÅæÆäÄáàâãÃçÇëéÉèêíñÑøØõÕöÖüÜúùß")

// character returns a character of a set; a space where it is not known.
func character(set, number byte) rune {
	switch {
	case set == 0 && number >= 0x20 && number < utf8.RuneSelf:
		return rune(number)
	case set == 1 && number >= firstMultinational && int(number)-firstMultinational < len(multinationals):
		return multinationals[number-firstMultinational]
	case set == 4 && int(number) < len(symbols):
		return symbols[number]
	}
	return ' '
}
