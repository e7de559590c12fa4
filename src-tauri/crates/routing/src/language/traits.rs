//! What languages of one script are told apart by. Lists of frequent words, common endings and own letters, written
//! for this detector.

use super::Language;

/// The marks of one language.
pub(super) struct Traits {
    pub(super) language: Language,
    /// Frequent words, in lower case, divided by spaces.
    pub(super) words: &'static str,
    /// Frequent endings of words of five letters and more.
    pub(super) endings: &'static str,
    /// Its letters beside a to z (or beside those that Russian and Ukrainian share).
    pub(super) letters: &'static str,
}

pub(super) const LATIN: &[Traits] = &[
    Traits {
        language: Language::En,
        words: "the of and to in is that it for was on are as with his they at be this have from or had by but not \
            what all were when we there can an your which their said if do will each about how up out them then she \
            many some these would into has more her two him see could my than been who its now did get may i you me \
            us our am should does why where please write explain summarize translate give make text following list \
            between using use need want show tell help find without only after before because any every while here \
            too very just also no yes know think so over such other first same new sentence email short words",
        endings: "ing tion ed ly ness ould ight ents ough ally ble",
        letters: "",
    },
    Traits {
        language: Language::De,
        words: "der die und den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat \
            dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur \
            bis mehr durch man sein wurde wenn ich du wir ihr mir mich dich uns bitte kann können soll sollte muss \
            diese dieser dieses diesen was wer wo warum welche welcher mein meine dein ihre ihren unser kein keine schreibe \
            erkläre übersetze fasse text folgenden zwischen gibt gib mach viel sehr alle jeder schon immer dann hier \
            heute morgen gestern wann damit ob ohne etwas nichts denn doch ja nein ins vom beim deutsch satz kurz",
        endings: "ung lich keit heit chen isch ungen eren sche ieren tzt ltig",
        letters: "äöüß",
    },
    Traits {
        language: Language::Fr,
        words: "de la le et les des en un une du que est pour qui dans a par plus pas au sur ne se ce il sont avec son je \
            vous nous on mais ou comme cette aux été leur sa ses ont fait être tout si elle bien peut ces deux même \
            aussi mon ma mes votre vos notre quel quelle quels pourquoi comment quand où suivant suivante texte résume \
            résumer traduis traduisez écris écrire explique donne moi toi lui était très sans entre faire fais tous toute \
            toutes après avant donc alors rien encore jamais oui non merci ici chaque depuis est-ce qu'il c'est j'ai \
            n'est d'un d'une l'on qu'est-ce phrase phrases français",
        endings: "tion ment eux euse ique ais ait aient ette elle ière ées ez age",
        letters: "àâæçéèêëîïôœùûüÿ",
    },
    Traits {
        language: Language::Es,
        words: "de la que el en y a los del se las por un para con no una su al lo como más pero sus le ya o este sí porque \
            esta entre cuando muy sin sobre también me hasta hay donde quien desde todo nos durante todos uno les ni \
            contra otros ese eso ante ellos esto mí antes algunos qué unos yo otro otras otra él tanto esa estos mucho \
            cual cuál cómo cuándo dónde es son ser está están fue era tiene tengo puede puedo quiero necesito siguiente \
            texto escribe resume traduce explica dame haz mi tu te usted ustedes hoy ayer mañana bien gracias cada español frase \
            frases correo siempre nunca hacer",
        endings: "ción mente ando iendo ado idad iones ades ías ble ito eros ar",
        letters: "áéíñóúü¿¡",
    },
    Traits {
        language: Language::It,
        words: "di che e la il un a per in è una mi sono ho non si lo ma con ti cosa le no bene come se i della ha del più \
            questo qui hai sei da al anche quando ci sta alla perché nel dei chi quello gli tutto molto era delle dove \
            tu ai nella dalla dal sul sulla essere fare può questa questi queste mio mia tuo suo sua loro noi voi dopo \
            prima senza tra fra ogni quale quali quanto testo seguente scrivi riassumi traduci spiega dammi fammi uno \
            oggi ieri domani sempre mai grazie sì così ancora già solo stato stata italiano frase frasi vorrei dell'",
        endings: "zione mente ando endo ato ata ella etto ità ioni issimo ggio are ere",
        letters: "àèéìîòóù",
    },
    Traits {
        language: Language::Pt,
        words: "de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu \
            sua ou ser quando muito há nos já está eu também só pelo pela até isso ela entre era depois sem mesmo aos \
            ter seus quem nas me esse eles você vocês tinha foram essa num nem suas meu minha às têm numa pelos qual \
            fosse são este esta isto onde porque porquê texto seguinte escreva resuma traduza explique faça preciso \
            quero pode posso obrigado hoje ontem amanhã sempre nunca cada bem fazer uns umas português frase frases estão",
        endings: "ção mente ando endo ado inho ões dade agem ável eiro ar",
        letters: "áâãàçéêíóôõúü",
    },
    Traits {
        language: Language::Nl,
        words: "de het een en van in is dat op te zijn voor met die niet aan er om ook als dan maar bij of uit nog naar ze \
            worden wordt door over kan zou tot heeft had hij zij je jij ik we wij mij mijn jouw uw hun haar dit deze \
            welke wat wie waar waarom hoe wanneer geen wel veel meer zo al moet moeten kunnen wil willen graag tekst \
            volgende schrijf vat samen vertaal leg geef maak tussen zonder onder tegen na sinds omdat zodat hebben ben \
            bent was waren alle elke iets niets hier daar nu vandaag gisteren morgen altijd nooit ja nee zin zinnen kort",
        endings: "ijk heid ingen lijk aar tie eren isch aan elen ken jes",
        letters: "ëïéö",
    },
    Traits {
        language: Language::Pl,
        words: "w i na z nie się że do to jest o jak za od po ale co dla a ten tego przez przy ze czy tak być był była było \
            są tylko jego jej ich już może który która które których oraz lub jako także kiedy gdzie dlaczego jaki \
            jaka jakie mnie mi ci cię nas nam was pan pani mój moja moje twój proszę napisz przetłumacz wyjaśnij streść \
            podaj tekst następujący między bez pod nad przed ponieważ żeby aby jeśli gdy bardzo wszystko każdy coś nic \
            tu tam teraz dziś dzisiaj wczoraj jutro zawsze nigdy mam masz ma można trzeba chcę zdanie ze",
        endings: "ów ać ego emu ych ość nie ami ują owy owa anie ście",
        letters: "ąćęłńóśźż",
    },
    Traits {
        language: Language::Tr,
        words: "ve bir bu da de için ile çok daha ne gibi en o mi mı var ben sen biz siz olan olarak sonra kadar her ama \
            ya ki değil olduğu şey nasıl neden niçin nerede hangi kim kimse bana sana onu bunu şu metni metin aşağıdaki \
            özetle çevir yaz açıkla ver yap lütfen benim senin onun bizim sizin oldu olur olacak ise veya hem göre \
            arasında önce şimdi bugün dün yarın hiç bütün tüm kısa cümle yeni büyük iyi evet hayır yok lazım istiyorum türkçe",
        endings: "lar ler ları leri ında inde iyor ıyor mak mek dan den dır dir lık lik acak ecek",
        letters: "çğıöşüâî",
    },
    Traits {
        language: Language::Sv,
        words: "och i att det som en på är av för med den till inte om ett han de men var jag sig från vi så kan man när år \
            säger hon under också efter eller nu sin där vid mot ska skulle kommer ut får finns vara hade alla andra \
            mycket än här då sedan över bara in blir upp även vad få två vill ha många hur mer går varför vilken vilka \
            din ditt mitt min skriv sammanfatta översätt förklara ge texten följande mellan utan ingen inget alltid \
            aldrig idag igår imorgon ja nej tack",
        endings: "ningen arna erna ade het ande igt skap lig tion",
        letters: "åäöé",
    },
    Traits {
        language: Language::Da,
        words: "og i at det er en til af på som med for den der ikke de et har han var fra sig men jeg kan ved vi om så \
            efter skal eller ud også når være havde nu hun over må blev end mod deres hvor hvad hvis hvorfor hvordan \
            bliver op mange dette disse meget alle ville dig mig min din sin skriv opsummer oversæt forklar giv teksten \
            følgende mellem uden ingen intet altid aldrig af i dag går morgen ja nej tak kun andre være blive noget",
        endings: "erne ede else hed ende igt skab lig ning",
        letters: "æøå",
    },
    Traits {
        language: Language::Fi,
        words: "ja on ei se että oli hän ovat mutta kun niin kuin myös joka ole tai sen jos mitä mikä miten miksi missä \
            milloin kuka minä sinä me te he minun sinun olen olet olla voi voit pitää kaikki tämä tuo nämä ne vain nyt \
            jo vielä sitten siitä tästä kanssa ennen jälkeen ilman koska kirjoita tiivistä käännä selitä anna teksti \
            seuraava seuraavat hyvin paljon aina koskaan tänään eilen huomenna kyllä kiitos yksi kaksi lause mukaan",
        endings: "ssa ssä lla llä sta stä nen sti inen aan ään vat vät tta ttä",
        letters: "äöå",
    },
    Traits {
        language: Language::Cs,
        words: "a se v na je že to s z do i o k ve pro jsem jsou ale jako za by si od po tak co který která které být \
            bylo byl byla jeho její jejich nebo když už jen jak proč kde kdy kdo mi mě ty ten tento tato toto tyto \
            má mám máš může můžete prosím napiš shrň přelož vysvětli dej text následující mezi bez před protože aby \
            pokud velmi všechno každý něco nic tady teď dnes včera zítra vždy nikdy ano ne české větu není",
        endings: "ého ých ovat ost ení ání ými ích ová ský ství",
        letters: "áčďéěíňóřšťúůýž",
    },
    Traits {
        language: Language::Ro,
        words: "de și în a la cu pe că o un este nu se din care mai pentru sau ce au fost ca sunt să dar după prin lui ei \
            am ai are avea fi fiind acest această acestea acesta unde când cum cine câte mea meu tău vă te îmi mi ne \
            scrie rezumă tradu explică dă textul următorul următoarea între fără sub foarte tot toate fiecare ceva \
            nimic aici acum azi ieri mâine mereu niciodată da propoziție vreau pot poate trebuie al ale unei unui",
        endings: "ului elor ilor ție are esc ează ând ită oare ești",
        letters: "ăâîșțşţ",
    },
    Traits {
        language: Language::Hu,
        words: "a az és hogy nem is egy ez ami de meg már van csak volt el mint még ha vagy azt ki én te ő mi ti ők lesz \
            kell miért hogyan hol mikor melyik milyen nekem neked ezt ezek azok minden semmi valami itt ott most ma \
            tegnap holnap mindig soha írj foglald össze fordítsd magyarázd el adj szöveg szöveget következő között \
            nélkül után előtt mert nagyon több sok lehet igen köszönöm kérlek mondat magyar szerint",
        endings: "ság ség ban ben nak nek ból ből val vel ott ett ása ése tok tek",
        letters: "áéíóöőúüű",
    },
];

pub(super) const CYRILLIC: &[Traits] = &[
    Traits {
        language: Language::Ru,
        words: "и в не на я быть он с что а по это она этот к но они мы весь который из у то за свой что-то как для вы так \
            от же бы или если только ещё еще уже когда где почему какой какая какие мне меня тебя нас вас его её их \
            есть был была было были нет да при до о об все всё очень можно нужно надо напиши переведи объясни \
            кратко текст следующий следующий между без перед потому чтобы сегодня вчера завтра здесь сейчас мой моя \
            твой ваш ли чем чего после",
        endings: "ать ить ого его ость ение ный ная ные ется ются ться ами ешь",
        letters: "ёъыэ",
    },
    Traits {
        language: Language::Uk,
        words: "і в не на я бути він з що а по це вона цей до але вони ми весь який із у то за свій як для ви так від же б \
            або якщо тільки ще вже коли де чому яка яке які мені мене тебе нас вас його її їх є був була було були ні \
            та при про всі все дуже можна треба напиши переклади поясни стисло коротко текст наступний між без перед тому щоб \
            сьогодні вчора завтра тут зараз мій моя твій ваш чи чого після й зі",
        endings: "ати ити ого ість ення ння ний ться ють ами їх ію",
        letters: "іїєґ'",
    },
];
