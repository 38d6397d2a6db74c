import "@fontsource-variable/source-sans-3/wght.css";
import "@fontsource-variable/source-serif-4/wght.css";
import "@fontsource-variable/source-serif-4/wght-italic.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/textlayer.css";
import "./styles/table.css";
import { mount } from "svelte";
import { chooseClient } from "./api/choose";
import { guardDrops } from "./state/drops.svelte";
import Root from "./Root.svelte";

// Before anything else: a file that is dropped where nobody listens would
// replace the whole window with the browser's own viewer.
guardDrops();

const client = await chooseClient();
mount(Root, { target: document.getElementById("app")!, props: { client } });
