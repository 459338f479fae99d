import { CODE_PAGES, type CodePage } from "../glb/code-page.ts";

/** The supported code pages as choices of a flag. */
export const CODE_PAGE_CHOICES = CODE_PAGES.map(String) as readonly `${CodePage}`[];

/** The code page that a flag names. */
export function codePageOf(choice: `${CodePage}` | undefined): CodePage | undefined {
  return CODE_PAGES.find((page) => String(page) === choice);
}
