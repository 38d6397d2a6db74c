// Package letters knows what mail is made of, whatever file it comes in:
// quoted history, people and dates of a head, entries of calendars and address
// books, Outlook's attachments inside an attachment (TNEF), and signed content
// (CMS). It decides nothing about files.
package letters
