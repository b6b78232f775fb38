// Unpacks the browser, its libraries and fonts into the folder for temporary files (TMPDIR), and prints its path.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import chromium, { inflate } from "@sparticuz/chromium";

const build = dirname(createRequire(import.meta.url).resolve("@sparticuz/chromium"));
await inflate(join(build, "..", "bin", "al2023.tar.br"));
console.log(await chromium.executablePath());
