package letters

// Decrypt says what to do about an encrypted message.
const Decrypt = "Open it in your mail program, save the decrypted text as PDF, and add that."

// HeadAlone is the note on a message of which nothing but the head can be read:
// who wrote to whom and when stands there in the clear.
const HeadAlone = "The text of this message is encrypted and was not read; only its head was. " + Decrypt
