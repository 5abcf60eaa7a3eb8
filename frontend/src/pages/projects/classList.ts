/** How many classes a pasted list names: lines with a name before the bar. */
export function classesIn(text: string): number {
  return text.split('\n').filter((line) => line.split('|')[0]?.trim()).length
}
