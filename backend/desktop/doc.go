// Package desktop is the native window: package desk bound to Wails. It
// translates and decides nothing. Builds without the tag "desktop" have no
// window and link no GTK.
package desktop
