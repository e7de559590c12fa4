//! Student's t, by the incomplete beta function and its continued fraction (Abramowitz and Stegun, 26.5.8 and 26.7.1,
//! evaluated by Lentz's method).

/// More steps than any argument here needs.
const STEPS: u32 = 500;

const SMALL: f64 = 1e-300;

/// Returns how often t with so many degrees of freedom is at least as far from 0, on either side.
pub(super) fn two_sided(t: f64, degrees: f64) -> f64 {
    if !t.is_finite() {
        return if t.is_nan() { 1.0 } else { 0.0 };
    }
    beta(degrees / (degrees + t * t), degrees / 2.0, 0.5)
}

/// Returns the value below which t is with this probability (0.5 to 1), by halving.
pub(super) fn quantile(probability: f64, degrees: f64) -> f64 {
    let tail = 2.0 * (1.0 - probability);
    let (mut low, mut high) = (0.0, 1.0);
    while two_sided(high, degrees) > tail && high < 1e12 {
        high *= 2.0;
    }
    for _ in 0..100 {
        let middle = (low + high) / 2.0;
        if two_sided(middle, degrees) > tail {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low + high) / 2.0
}

/// Returns the regularised incomplete beta function, 0 to 1.
fn beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (-x).ln_1p()).exp();
    // The fraction converges fast on this side only; the other is its mirror.
    let value = if x < (a + 1.0) / (a + b + 2.0) {
        front * fraction(x, a, b) / a
    } else {
        1.0 - front * fraction(1.0 - x, b, a) / b
    };
    value.clamp(0.0, 1.0)
}

fn fraction(x: f64, a: f64, b: f64) -> f64 {
    let guard = |value: f64| if value.abs() < SMALL { SMALL } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / guard(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for step in 1..=STEPS {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        for term in [even, odd] {
            d = 1.0 / guard(1.0 + term * d);
            c = guard(1.0 + term / c);
            value *= d * c;
        }
        if (d * c - 1.0).abs() < 1e-15 {
            break;
        }
    }
    value
}

/// Returns the logarithm of the gamma function for positive arguments (Lanczos, g = 7, nine terms).
fn ln_gamma(x: f64) -> f64 {
    const TERMS: [f64; 9] = [
        0.999_999_999_999_809_9,
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    if x < 0.5 {
        // Reflection.
        let pi = std::f64::consts::PI;
        return (pi / (pi * x).sin()).ln() - ln_gamma(1.0 - x);
    }
    let x = x - 1.0;
    let mut sum = TERMS[0];
    for (at, term) in TERMS.iter().enumerate().skip(1) {
        sum += term / (x + at as f64);
    }
    let t = x + 7.5;
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * t.ln() - t + sum.ln()
}

/// Returns the upper incomplete gamma function of one half, regularised: the complementary error function of the root.
pub(super) fn upper_gamma_half(x: f64) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return 1.0;
    }
    let front = (-x).exp() * (x / std::f64::consts::PI).sqrt();
    if x < 1.5 {
        // Series of the lower function.
        let (mut term, mut sum) = (2.0, 2.0);
        for step in 1..=STEPS {
            term *= x / (0.5 + f64::from(step));
            sum += term;
            if term < sum * 1e-16 {
                break;
            }
        }
        return (1.0 - front * sum).clamp(0.0, 1.0);
    }
    let mut b = x + 0.5;
    let mut c = 1.0 / SMALL;
    let mut d = 1.0 / b;
    let mut value = d;
    for step in 1..=STEPS {
        let i = f64::from(step);
        let a = -i * (i - 0.5);
        b += 2.0;
        d = 1.0 / (a * d + b);
        c = b + a / c;
        value *= d * c;
        if (d * c - 1.0).abs() < 1e-15 {
            break;
        }
    }
    (front * value).clamp(0.0, 1.0)
}
