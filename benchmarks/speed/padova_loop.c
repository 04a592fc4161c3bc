/* The equations of padova-t1d-2008 as a plain compiled loop: RK4 at one minute, eight sub-steps while eating. */
#include <math.h>
typedef struct { double kd, ka1, ka2, m1, m2, m30, m4, vi, ib, p2u, ki, kmax, kmin, kabs, b, c, f, k1, k2, vg, kp1, kp2, kp3, fcns, vm0,
  vmx, km0, ke1, ke2, ksc, bw; } P;
static void rate(const P *p, const double *x, double u, double d, double meal, double *r) {
  double q = x[0] + x[1], kgut = p->kmax;
  if (meal > 0) {
    double full = q / meal;
    kgut = p->kmin + (p->kmax - p->kmin) * (1 / (1 + exp(-5 * (full - p->b) / (1 - p->b))) + 1 / (1 + exp(5 * (full - p->c) / p->c)));
  }
  r[0] = d - p->kmax * x[0];
  r[1] = p->kmax * x[0] - kgut * x[1];
  r[2] = kgut * x[1] - p->kabs * x[2];
  double ra = p->f * p->kabs * x[2] / p->bw, egp = fmax(0, p->kp1 - p->kp2 * x[3] - p->kp3 * x[8]);
  double uii = p->fcns * fmin(1, fmax(0, x[3] / (0.8 * p->vg))), e = p->ke1 * fmax(0, x[3] - p->ke2);
  r[3] = egp + ra - uii - e - p->k1 * x[3] + p->k2 * x[4];
  r[4] = p->k1 * x[3] - p->k2 * x[4] - (p->vm0 + p->vmx * x[6]) * x[4] / (p->km0 + x[4]);
  r[5] = -(p->m2 + p->m4) * x[5] + p->m1 * x[9] + p->ka1 * x[10] + p->ka2 * x[11];
  double i = x[5] / p->vi;
  r[6] = p->p2u * (i - p->ib - x[6]);
  r[7] = p->ki * (i - x[7]);
  r[8] = p->ki * (x[7] - x[8]);
  r[9] = -(p->m1 + p->m30) * x[9] + p->m2 * x[5];
  r[10] = u - (p->kd + p->ka1) * x[10];
  r[11] = p->kd * x[10] - p->ka2 * x[11];
  r[12] = p->ksc * (x[3] - x[12]);
}
void day(const P *p, double *x, const double *insulin, const double *carbs, int minutes, double *out) {
  double meal = 0, k[4][13], y[13];
  int eating = 0;
  for (int t = 0; t < minutes; t++) {
    double d = 1000 * carbs[t], u = 6000 * insulin[t] / p->bw;
    int n = d > 0 ? 8 : 1;
    if (d > 0) { if (!eating) meal = x[0] + x[1]; meal += d; }
    eating = d > 0;
    out[t] = x[3] / p->vg;
    double h = 1.0 / n;
    for (int s = 0; s < n; s++) {
      rate(p, x, u, d, meal, k[0]);
      for (int j = 0; j < 13; j++) y[j] = x[j] + h / 2 * k[0][j];
      rate(p, y, u, d, meal, k[1]);
      for (int j = 0; j < 13; j++) y[j] = x[j] + h / 2 * k[1][j];
      rate(p, y, u, d, meal, k[2]);
      for (int j = 0; j < 13; j++) y[j] = x[j] + h * k[2][j];
      rate(p, y, u, d, meal, k[3]);
      for (int j = 0; j < 13; j++) x[j] += h / 6 * (k[0][j] + 2 * (k[1][j] + k[2][j]) + k[3][j]);
    }
  }
  out[minutes] = x[3] / p->vg;
}
