/** A file with the path under which it was given: folder names are kept, because they may be labels. */
export interface GivenFile {
  path: string
  file: File
}

const LONGEST_PATH = 1000
const JUNK = /(^|\/)(\.[^/]*|__MACOSX|Thumbs\.db|desktop\.ini)(\/|$)/i

/** Whether a path is worth sending: not what operating systems leave behind in folders. */
export function isWanted(path: string): boolean {
  return path !== '' && path.length <= LONGEST_PATH && !JUNK.test(path)
}

/** Files chosen in a dialog; those of a chosen folder carry their path below it. */
export function fromInput(files: Iterable<File>): GivenFile[] {
  return [...files]
    .map((file) => ({ path: file.webkitRelativePath || file.name, file }))
    .filter(({ path }) => isWanted(path))
}

/**
 * Everything that was dropped, folders walked to their ends.
 * The entries must be taken before the first await: a browser empties the list when the event is over.
 */
export async function fromDrop(transfer: DataTransfer): Promise<GivenFile[]> {
  const entries = [...transfer.items]
    .filter((item) => item.kind === 'file')
    .map((item) => item.webkitGetAsEntry?.() ?? null)
  const loose = [...transfer.files]
  if (entries.every((entry) => entry === null)) return fromInput(loose)
  const found: GivenFile[] = []
  for (const entry of entries) {
    if (entry) await walk(entry, '', found)
  }
  return found
}

async function walk(entry: FileSystemEntry, above: string, found: GivenFile[]): Promise<void> {
  const path = above ? `${above}/${entry.name}` : entry.name
  if (!isWanted(path)) return
  if (isFile(entry)) {
    found.push({ path, file: await new Promise<File>((resolve, reject) => entry.file(resolve, reject)) })
    return
  }
  if (!isFolder(entry)) return
  const reader = entry.createReader()
  // A reader hands out a hundred or so at a time, and an empty list at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0) return
    for (const each of some) await walk(each, path, found)
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory
}

/** The names of the folders that files lie directly in, with how many, largest first: what would become labels. */
export function folders(files: readonly GivenFile[]): [name: string, count: number][] {
  const counts = new Map<string, number>()
  for (const { path } of files) {
    const folder = path.split('/').at(-2)
    if (folder) counts.set(folder, (counts.get(folder) ?? 0) + 1)
  }
  return [...counts].sort(([, a], [, b]) => b - a)
}
