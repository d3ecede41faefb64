/** Stands in a scenario's targeting for the chosen variant. */
export const variantPlaceholder = '$variant';
