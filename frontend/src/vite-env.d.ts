/// <reference types="svelte" />
/// <reference types="vite/client" />

/** Whether this build carries the fake client. */
declare const __FAKE__: boolean;
