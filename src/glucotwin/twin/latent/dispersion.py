"""What a reading is worth for latent inputs: how much larger their errors are than the fitted disturbance says.

The disturbance was fitted with every day taken alike and to hours at most; a latent input sums residuals over its own
hours, in which errors of the body go one way. So the sums themselves are looked at, with the latent inputs in: the
variance of a quasi-likelihood's scores over stretches of time against its information (McCullagh, Ann Stat
1983;11:59-67; clusters as in Liang and Zeger, Biometrika 1986;73:13-22), and allowance is made for what the estimate
itself took from them.
"""

import numpy as np

from glucotwin.twin.latent.layout import Layout
from glucotwin.twin.objective import WARM_UP_STEPS

STRETCH_STEPS = 36
"""Three hours: of the errors of one stretch the next one repeats little."""

PRIOR_STRETCHES = 8.0
"""For how many stretches the belief counts that the fitted disturbance is right."""

LARGEST_DISPERSION = 10.0
"""Readings never count for more than the disturbance says, nor for less than a tenth of it."""


def dispersion(
    residual: np.ndarray,
    certain: np.ndarray,
    slopes: np.ndarray,
    posterior: tuple[np.ndarray, np.ndarray],
    layout: Layout,
) -> float:
    """Variance of the scores of latent inputs against what the disturbance says; 1 where they agree.

    Args:
        residual: of every block at the estimate, axes block, time.
        certain: precision of every residual by the disturbance alone, 0 where nothing counts.
        slopes: of the residuals along every slot, axes block, time, slot.
        posterior: covariance of the latent inputs, and the prior's SDs.
        layout: of the days.
    """
    covariance, prior_sd = _with_none(*posterior)
    used = certain > 0.0
    residual, slopes = np.where(used, residual, 0.0), np.where(used[..., None], slopes, 0.0)
    found, expected, stretches = 0.0, 0.0, 0
    for block, places in enumerate(np.asarray(layout.blocks.places)):
        # In units of the prior's SDs, so that days and meals can be added up.
        scale = prior_sd[places]
        among = covariance[np.ix_(places, places)] / np.maximum(np.outer(scale, scale), 1e-12)
        for first in range(WARM_UP_STEPS, residual.shape[1], STRETCH_STEPS):
            now = slice(first, first + STRETCH_STEPS)
            if not used[block, now].any():
                continue
            along = slopes[block, now] * scale
            weighted = along * certain[block, now, None]
            information = weighted.T @ along
            # What the estimate took from the scores of its own stretch.
            taken = np.einsum("ij,jk,ki->i", information, among, information)
            found += float(np.sum((weighted.T @ residual[block, now]) ** 2))
            expected += float(np.sum(np.maximum(np.diag(information) - taken, 0.0)))
            stretches += 1
    usual = PRIOR_STRETCHES * expected / max(stretches, 1)
    if usual <= 0.0:
        return 1.0
    return float(np.clip((found + usual) / (expected + usual), 1.0, LARGEST_DISPERSION))


def _with_none(covariance: np.ndarray, prior_sd: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both with a last place for the slots that stand for nothing."""
    return np.pad(covariance, (0, 1)), np.append(prior_sd, 0.0)
