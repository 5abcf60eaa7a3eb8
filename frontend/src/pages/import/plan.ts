import type { GivenFile } from './walk'

/** A file as the server knows it again: nothing of its bytes is read, so ten thousand are compared in seconds. */
export interface Listed {
  path: string
  size: number
  modified: number
}

/** So many files are compared with one request. */
export const AT_ONCE = 1000
// No database keeps half of a surrogate pair, so such a name is nowhere.
const BROKEN = /\p{Surrogate}/u

export interface Plan {
  /** Positions of the files that are to be sent. */
  missing: ReadonlySet<number>
  /** Of the missing files, those bytes included that the server holds already. */
  missingBytes: number
  heldBytes: number
  /** How many are there already. */
  here: number
}

/** What the server lacks of a group, by position; of half-sent files it holds some bytes. */
export interface Lacking {
  missing: readonly number[]
  held_bytes: number
}

/** What of some files has still to be sent; `ask` compares one group. */
export async function plan(files: readonly GivenFile[], ask: (group: Listed[]) => Promise<Lacking>): Promise<Plan> {
  const missing = new Set<number>()
  let heldBytes = 0
  const asked: number[] = []
  files.forEach(({ path }, at) => {
    if (BROKEN.test(path)) missing.add(at)
    else asked.push(at)
  })
  for (let start = 0; start < asked.length; start += AT_ONCE) {
    const group = asked.slice(start, start + AT_ONCE)
    const listed = group.flatMap((at) => files[at] ?? []).map(listedAs)
    const lacking = await ask(listed)
    heldBytes += lacking.held_bytes
    for (const place of lacking.missing) missing.add(group[place] ?? -1)
  }
  missing.delete(-1)
  const missingBytes = files.reduce((sum, { file }, at) => sum + (missing.has(at) ? file.size : 0), 0)
  return { missing, missingBytes, heldBytes, here: files.length - missing.size }
}

export function listedAs({ path, file }: GivenFile): Listed {
  return { path, size: file.size, modified: file.lastModified }
}

/** The first of some broken-off uploads to which any of the files belong, with what is missing of it; null if none. */
export async function whereTo<T>(
  files: readonly GivenFile[],
  uploads: readonly T[],
  ask: (upload: T, group: Listed[]) => Promise<Lacking>,
): Promise<{ upload: T; plan: Plan } | null> {
  for (const upload of uploads) {
    const found = await plan(files, (group) => ask(upload, group))
    if (found.here > 0) return { upload, plan: found }
  }
  return null
}
