import { IconX } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { KeyPlan } from '@/kinds/kind'
import { classColour } from '@/theme/colours'
import type { Guide } from './guide'
import styles from './label.module.css'

interface Props {
  guide: Guide
  plan: KeyPlan
  onClose: () => void
}

/** Beside the picture, so that both can be looked at: the rules, and each class with its meaning and examples. */
export default function GuidePanel({ guide, plan, onClose }: Props) {
  const { t } = useTranslation('label')
  const classes = guide.classes.filter((entry) => !entry.archived)
  return (
    <aside className={styles.guide} aria-label={t('guide.title')}>
      <header className={styles.sheetHead}>
        <h2>{t('guide.title')}</h2>
        <button type="button" className={styles.tool} onClick={onClose} aria-label={t('close')} aria-keyshortcuts="g">
          <IconX size={18} aria-hidden />
        </button>
      </header>
      <div className={styles.guideBody} tabIndex={0}>
        <p className={styles.guideText}>{guide.guide_text || t('guide.none')}</p>
        {guide.pictures.map((picture) => (
          <img key={picture.id} className={styles.guidePicture} src={picture.url} alt={t('guide.picture')} />
        ))}
        {classes.map((entry) => (
          <section key={entry.concept_id} className={styles.guideClass}>
            <h3>
              <span className={styles.mark} style={{ background: classColour(entry.index, entry.color) }} aria-hidden />
              {entry.name}
              {plan.keys.has(entry.concept_id) && <kbd>{plan.keys.get(entry.concept_id)?.toUpperCase()}</kbd>}
            </h3>
            {entry.definition && <p>{entry.definition}</p>}
            {entry.examples.length > 0 && (
              <div className={styles.examples}>
                {entry.examples.map((example) => (
                  <img
                    key={example.id}
                    src={example.url}
                    alt={t('guide.example', { name: entry.name })}
                    loading="lazy"
                  />
                ))}
              </div>
            )}
          </section>
        ))}
      </div>
    </aside>
  )
}
