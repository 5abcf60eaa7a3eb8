import type { Preset, Version } from '@/api/training'

/** Passes over the training pictures: as the preset says, or with 0 as many as its number of pictures to see allows. */
export function passes(preset: Preset, pictures: number): number {
  if (preset.epochs > 0) return preset.epochs
  return Math.max(1, Math.min(preset.max_epochs, Math.round(preset.images_seen / Math.max(1, pictures))))
}

/** Seconds that a preset will take on a version, from its measured seconds per thousand pictures; null without any. */
export function expectedSeconds(preset: Preset, version: Version | undefined): number | null {
  const pictures = version?.counts.train ?? 0
  return pictures === 0 ? null : (preset.seconds_per_1000_images * pictures * passes(preset, pictures)) / 1000
}
