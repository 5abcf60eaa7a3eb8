/** What is selected in a wall of pictures, and from where a range goes on. */
export interface Selection {
  readonly ids: ReadonlySet<number>
  readonly anchor: number | null
}

export const NOTHING: Selection = { ids: new Set(), anchor: null }

export function toggled(selection: Selection, id: number): Selection {
  const ids = new Set(selection.ids)
  if (!ids.delete(id)) ids.add(id)
  return { ids, anchor: id }
}

/** Adds everything between the anchor and `id` in the order of `all`; without a usable anchor only `id`. */
export function extended(selection: Selection, id: number, all: readonly number[]): Selection {
  const to = all.indexOf(id)
  const from = selection.anchor === null ? -1 : all.indexOf(selection.anchor)
  if (to < 0) return selection
  if (from < 0) return { ids: new Set(selection.ids).add(id), anchor: id }
  const between = all.slice(Math.min(from, to), Math.max(from, to) + 1)
  return { ids: new Set([...selection.ids, ...between]), anchor: selection.anchor }
}

export function everything(all: readonly number[]): Selection {
  return { ids: new Set(all), anchor: all[0] ?? null }
}

/** The selection without pictures that are no longer shown. */
export function kept(selection: Selection, all: readonly number[]): Selection {
  const ids = new Set(all.filter((id) => selection.ids.has(id)))
  return ids.size === selection.ids.size ? selection : { ids, anchor: selection.anchor }
}
