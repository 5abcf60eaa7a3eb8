/** A class of a project as pages get it: the concept of index 0 is 100. */
export const classOf = (name: string, index: number) => ({
  id: index + 1,
  concept_id: 100 + index,
  index,
  name,
  definition: '',
  synonyms: [],
  color: '',
  hotkey: '',
  archived: false,
  examples: [],
  added_in: 1,
})
