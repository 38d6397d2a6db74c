// Package mock holds fakes of the ports for tests of the services behind them.
package mock
