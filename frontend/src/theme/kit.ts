/** The whole style sheet of the component kit, for pages that are not the label page. */
import '@mantine/core/styles.layer.css'
