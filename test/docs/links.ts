/** Links between the repository's own documents. */

/** Pure: the links of a Markdown text that lead to files or headings, not to other sites; code is left out. */
export function links(markdown: string): string[] {
  const text = withoutCode(markdown).replace(/`[^`]*`/g, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** Pure: the names that a Markdown text's headings have in links, as GitHub makes them. */
export function anchors(markdown: string): Set<string> {
  const headings = [...withoutCode(markdown).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => heading);
  return new Set(headings.map(anchor));
}

function anchor(heading: string): string {
  const shown = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  return shown
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}

const withoutCode = (markdown: string) => markdown.replace(/^```[\s\S]*?^```/gm, '');
