// Package schedule decides what a language model computes next, for many
// requests at once: which of them run, which tokens the next step holds, whose
// beginning is shared, and what is forgotten when memory is short. It computes
// nothing and knows no clock: the same calls give the same plans.
//
// It is continuous batching as in Orca (Yu et al., OSDI 2022) with prompts cut
// into chunks as in Sarathi (Agrawal et al., 2024), deficit round robin between
// clients (Shreedhar and Varghese, SIGCOMM 1995), and beginnings shared by
// copying sequences, which costs no memory in a unified key-value cache.
package schedule
