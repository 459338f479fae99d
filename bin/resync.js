#!/usr/bin/env node
import { main } from "../bundle/resync.js";

process.exitCode = await main(process.argv.slice(2));
