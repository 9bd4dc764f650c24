//! Currency codes (ISO 4217).

/// The codes of currencies in use, without those of metals, funds and tests.
const CODES: &str = "\
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP \
    CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR \
    IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU \
    MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG \
    SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST \
    XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";

/// Returns whether `text` is an upper-case currency code.
pub(crate) fn is_currency(text: &str) -> bool {
    CODES.split(' ').any(|code| code == text)
}

#[cfg(test)]
mod tests {
    use super::{CODES, is_currency};

    #[test]
    fn only_codes_of_currencies_in_capitals_are_known() {
        for code in ["EUR", "USD", "JPY", "KWD", "AED", "ZWG"] {
            assert!(is_currency(code), "{code}");
        }
        for text in [
            "", " ", "eur", "EU", "EURO", "EUR USD", "XXX", "XAU", "DEM", "€",
        ] {
            assert!(!is_currency(text), "{text:?}");
        }
    }

    #[test]
    fn the_list_is_sorted_and_each_code_stands_once() {
        let codes: Vec<_> = CODES.split(' ').collect();
        assert!(codes.iter().all(|code| code.len() == 3));
        assert!(codes.is_sorted_by(|one, next| one < next));
    }
}
