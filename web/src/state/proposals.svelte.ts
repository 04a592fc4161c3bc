/** Rises when a proposal was written somewhere on the page, for the list that shows them. */
export const proposals = $state({ revision: 0 });

export function proposalMade(): void {
  proposals.revision += 1;
}
