/** The sum of a metric's samples in a text of Prometheus whose labels contain `labels`. */
export function sumOfSamples(text: string, name: string, labels = ''): number {
  return text
    .split('\n')
    .filter((line) => line.split(/[{ ]/)[0] === name && line.includes(labels))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}
