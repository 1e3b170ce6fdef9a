/** Which metrics a PromQL expression names. */

/** What is written between these is no metric: texts, label matchers, ranges, comments, lists of labels. */
const NOT_METRICS = [
  /#.*$/gm,
  /"[^"]*"/g,
  /\{[^}]*\}/g,
  /\[[^\]]*\]/g,
  /\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g,
];
const WORDS = new Set(['and', 'or', 'unless', 'bool', 'offset']);

export function metricNames(expr: string): string[] {
  const rest = NOT_METRICS.reduce((text, pattern) => text.replace(pattern, ' '), expr);
  const names = [...rest.matchAll(/[a-zA-Z_:][a-zA-Z0-9_:]*(?!\w)(?!\s*\()/g)].map(([name]) => name);
  return [...new Set(names)].filter((name) => !WORDS.has(name));
}
